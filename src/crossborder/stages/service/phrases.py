"""The phrases by which a buyer's wish is known, by intent and language.

Matched as whole words, ignoring case and accents; in Chinese as a part of the text. A phrase stands
here only when it is hardly ever said for something else.
"""

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["INTENTS"]

INTENTS: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "refund": MappingProxyType(
            {
                "en": (
                    "refund",
                    "refunded",
                    "money back",
                    "chargeback",
                    "dispute",
                    "reimburse",
                    "reimbursement",
                ),
                "zh": ("退款", "退钱", "赔偿", "还钱", "拒付"),
                "es": ("reembolso", "reembolsar", "devolver el dinero", "mi dinero"),
                "de": ("rückerstattung", "erstattung", "erstatten", "geld zurück"),
                "fr": ("remboursement", "rembourser", "remboursez", "mon argent"),
                "pt": ("reembolso", "reembolsar", "estorno", "dinheiro de volta"),
            }
        ),
        "cancel": MappingProxyType(
            {
                "en": ("cancel", "cancelled", "canceled", "cancellation", "do not ship"),
                "zh": ("取消", "不要了", "不想要了"),
                "es": ("cancelar", "cancelen", "cancela", "cancelación", "anular"),
                "de": ("stornieren", "storno", "stornierung", "storniert", "widerruf"),
                "fr": ("annuler", "annulez", "annulation"),
                "pt": ("cancelar", "cancelamento", "cancelem"),
            }
        ),
        "damaged": MappingProxyType(
            {
                "en": (
                    "damaged",
                    "broken",
                    "defective",
                    "does not work",
                    "doesn't work",
                    "not working",
                    "wrong item",
                    "wrong size",
                    "missing parts",
                ),
                "zh": ("破损", "损坏", "坏了", "碎了", "质量问题", "发错", "少发"),
                "es": ("dañado", "roto", "defectuoso", "no funciona", "artículo equivocado"),
                "de": ("beschädigt", "kaputt", "defekt", "funktioniert nicht", "falscher artikel"),
                "fr": ("endommagé", "cassé", "défectueux", "ne fonctionne pas", "mauvais article"),
                "pt": ("danificado", "quebrado", "com defeito", "não funciona", "produto errado"),
            }
        ),
        "return": MappingProxyType(
            {
                "en": ("return", "send it back", "send back", "exchange"),
                "zh": ("退货", "换货", "退回", "退换"),
                "es": ("devolver", "devolución", "cambiar el artículo"),
                "de": ("zurückschicken", "zurücksenden", "rücksendung", "retoure", "umtauschen"),
                "fr": ("renvoyer", "retourner", "échanger", "faire un retour"),
                "pt": ("devolver", "devolução", "trocar o produto"),
            }
        ),
        "where_is_my_order": MappingProxyType(
            {
                "en": (
                    "where is my order",
                    "where's my order",
                    "where is my package",
                    "where is my parcel",
                    "where is it",
                    "track my order",
                    "tracking number",
                    "tracking",
                    "when will it arrive",
                    "when will i receive",
                    "when will my order",
                    "not arrived",
                    "hasn't arrived",
                    "not received",
                    "haven't received",
                    "still waiting",
                    "delivery status",
                    "has my order shipped",
                ),
                "zh": (
                    "我的订单在哪",
                    "我的包裹在哪",
                    "包裹到哪",
                    "快递到哪",
                    "到哪里了",
                    "到哪了",
                    "什么时候到",
                    "什么时候能到",
                    "没收到",
                    "还没到",
                    "物流信息",
                    "查物流",
                    "单号",
                    "什么时候发货",
                ),
                "es": (
                    "dónde está mi pedido",
                    "dónde está mi paquete",
                    "cuándo llega",
                    "cuándo llegará",
                    "no ha llegado",
                    "no he recibido",
                    "número de seguimiento",
                    "seguimiento",
                ),
                "de": (
                    "wo ist meine bestellung",
                    "wo ist mein paket",
                    "wo bleibt",
                    "wann kommt",
                    "noch nicht angekommen",
                    "nicht erhalten",
                    "sendungsnummer",
                    "sendungsverfolgung",
                    "lieferstatus",
                ),
                "fr": (
                    "où est ma commande",
                    "où est mon colis",
                    "où en est ma commande",
                    "quand vais-je recevoir",
                    "quand arrivera",
                    "pas encore reçu",
                    "pas reçu",
                    "numéro de suivi",
                    "suivi",
                ),
                "pt": (
                    "onde está meu pedido",
                    "onde está o meu pedido",
                    "onde está minha encomenda",
                    "quando chega",
                    "quando vai chegar",
                    "não chegou",
                    "não recebi",
                    "código de rastreio",
                    "rastreamento",
                ),
            }
        ),
    }
)
"""Phrases by intent, then by language; the intents that need a person stand first."""
