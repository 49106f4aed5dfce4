"""What automatic answers say, by language.

`{number}` is the tracking number, `{carrier}` the carrier, `{earliest}` and `{latest}` ISO dates.
"""

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["TEMPLATES"]

TEMPLATES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": MappingProxyType(
            {
                "announced": "Your parcel {number} is announced to {carrier} and will be "
                "handed over soon.",
                "moving": "Your parcel {number} is on its way with {carrier}.",
                "customs": "Your parcel {number} is at customs in the country of delivery.",
                "out": "Your parcel {number} is out for delivery.",
                "collect": "Your parcel {number} is ready for you to collect.",
                "delivered": "{carrier} reports that your parcel {number} was delivered. "
                "If you do not have it, please write again and a person will look into it.",
                "expected": "We expect it between {earliest} and {latest}.",
                "late": "It takes longer than we told you, and we are sorry for that.",
            }
        ),
        "zh": MappingProxyType(
            {
                "announced": "您的包裹 {number} 已在 {carrier} 登记，即将交运。",
                "moving": "您的包裹 {number} 正由 {carrier} 运输途中。",
                "customs": "您的包裹 {number} 正在目的国清关。",
                "out": "您的包裹 {number} 正在派送。",
                "collect": "您的包裹 {number} 已可自提。",
                "delivered": "{carrier} 显示您的包裹 {number} 已签收。如未收到，请再次来信，"
                "我们会由专人核查。",
                "expected": "预计在 {earliest} 至 {latest} 之间送达。",
                "late": "比我们告知的时间要晚，非常抱歉。",
            }
        ),
        "es": MappingProxyType(
            {
                "announced": "Su paquete {number} está anunciado a {carrier} y se entregará "
                "pronto al transportista.",
                "moving": "Su paquete {number} está en camino con {carrier}.",
                "customs": "Su paquete {number} está en la aduana del país de destino.",
                "out": "Su paquete {number} está en reparto.",
                "collect": "Su paquete {number} está listo para recoger.",
                "delivered": "{carrier} indica que su paquete {number} fue entregado. "
                "Si no lo tiene, escríbanos de nuevo y una persona lo revisará.",
                "expected": "Lo esperamos entre el {earliest} y el {latest}.",
                "late": "Tarda más de lo que le dijimos y lo sentimos.",
            }
        ),
        "de": MappingProxyType(
            {
                "announced": "Ihr Paket {number} ist bei {carrier} angemeldet und wird bald "
                "übergeben.",
                "moving": "Ihr Paket {number} ist mit {carrier} unterwegs.",
                "customs": "Ihr Paket {number} ist beim Zoll im Zielland.",
                "out": "Ihr Paket {number} ist in Zustellung.",
                "collect": "Ihr Paket {number} liegt zur Abholung bereit.",
                "delivered": "{carrier} meldet, dass Ihr Paket {number} zugestellt wurde. Falls "
                "Sie es nicht haben, schreiben Sie bitte noch einmal, dann prüft es ein Mensch.",
                "expected": "Wir erwarten es zwischen {earliest} und {latest}.",
                "late": "Es dauert länger, als wir Ihnen gesagt haben; das tut uns leid.",
            }
        ),
        "fr": MappingProxyType(
            {
                "announced": "Votre colis {number} est annoncé à {carrier} et sera remis bientôt.",
                "moving": "Votre colis {number} est en route avec {carrier}.",
                "customs": "Votre colis {number} est à la douane du pays de destination.",
                "out": "Votre colis {number} est en cours de livraison.",
                "collect": "Votre colis {number} vous attend au point de retrait.",
                "delivered": "{carrier} indique que votre colis {number} a été livré. Si vous ne "
                "l'avez pas, écrivez-nous à nouveau et une personne s'en occupera.",
                "expected": "Nous l'attendons entre le {earliest} et le {latest}.",
                "late": "Cela prend plus de temps qu'annoncé, et nous en sommes désolés.",
            }
        ),
    }
)
"""Sentences by language and kind."""
