"""DHL: what the codes of its divisions mean, each division with codes of its own.

Source: DHL's list of status codes by service, for its unified tracking API (developer.dhl.com). A
code that only says that a parcel moves, or of which nothing follows for the way, is left out.
"""

from crossborder.model.tracking import Health, ParcelState, Stage
from crossborder.wire.scans import States, states

__all__ = ["DIVISIONS"]

MEANINGS = """
* last_mile failed carrier_capacity_exceeded = ecommerce-europe: 88 91 93 97 265 267 parcel-nl:
ACCESSPOINT_FULL_REDELIVER PARCELSHOP_FULL_REDELIVER BACKLOG_NOT_DELIVERED
* registered = express: 104 parcel-de: VA dgf: DATA_SUBMITTED svb: ANNOUNCED parcel-pl: EDWP
ecommerce: 109 128 129 135 235 238 445 ecommerce-ppl: 900 ecommerce-europe: 1 254 367 368 369 370
freight: ACT-2 64-0 48-0 15-501 31-139
* registered failed retailer_not_ready = parcel-de: AN ecommerce: 134 freight: 55-211 55-68 55-265
* cancelled = ecommerce: 101 ecommerce-ppl: 999 freight: 7-0 parcel-pl: SP_CN
* accepted = express: PU SA parcel-de: AE ES dgf: PICKUP_SUCCESSFUL ARRIVED_AT_ORIGIN_FACILITY svb:
POSTED POSTED_ARRIVED POSTED_MAIL_TERMINAL parcel-pl: DWP SP_DWP SP_PU freight: 13-0 31-140
ecommerce: 100 104 115 130 132 155 200 211 229 461 ecommerce-ppl: 150 ecommerce-europe: 2 3 4 5 6 7
8 9 14 15 16 17 226 228 parcel-nl: PICKED_UP COLLECTED PARCEL_COLLECTED SHIPMENT_ACCEPTANCE
PARCEL_RECEIVED SHIPMENT_ACCEPTANCE_DEPOT SHIPMENT_ACCEPTANCE_PARCELSHOP
SHIPMENT_ACCEPTANCE_PARCELSTATION
* export = dgf: READY_FOR_DEPARTURE DEPARTED svb: TO_BE_SENT_ABROAD FORWARDED_ABROAD parcel-pl:
WYJPL ecommerce: 401 451 483 515 518 528 532 ecommerce-europe: 29 130 235 parcel-nl:
DEPART_ORIGIN_GATEWAY MANIFESTED PREPROCESS_HANDOVER_TO_EXPORT_CUSTOMS
* line_haul = express: 102 AF DF PL TR SM FD parcel-de: AA EE NB
* line_haul ok carrier_sorting_error = express: MC MS ecommerce: 546 640 641 670 671 parcel-nl:
MIS_ROUTED
* unknown ok carrier_delay = ecommerce: 450 592 593 freight: 20-354 parcel-nl: TRANSPORT_DELAY
* unknown ok weather_delay = freight: 20-266 ecommerce-europe: 264 266
* import_customs = express: BR CR IC RR parcel-de: ZO dgf: ARRIVED_AT_CUSTOMS CLEARED_BY_CUSTOMS
svb: HANDOVER_CUSTOMS IP_CUSTOMS parcel-pl: EDB EDC EXA EXC SEC freight: 12-0 ecommerce: 241 441
442 447 449 452 463 464 501 502 504 509 ecommerce-europe: 133 258 parcel-nl: IN_CLEARANCE_PROCESS
CLEARANCE_RELEASE BROKER_RELEASED BONDED_LOCATION ENTRY_SUBMITTED
PREPROCESS_HANDOVER_TO_IMPORT_CUSTOMS BREAK_BULK_SHIPMENT_PROCESSED_BY_CUSTOMS
* import_customs action_required customs_delay = express: CD UD dgf: HELD_AT_CUSTOMS freight:
20-126 svb: HELD_BY_CUSTOMS ecommerce: 443 448 506 507 508 parcel-nl: CLEARANCE_DELAY
SHIPMENT_INTERCEPT UNCONTROLLABLE_CLEARANCE_DELAY SHIPMENT_INSPECTION_REJECTED
* import_customs action_required customs_inspection = ecommerce: 453 parcel-nl: SHIPMENT_INSPECTION
* import_customs action_required customs_info_required = express: BN ecommerce: 588 parcel-nl:
INSUFFICIENT_DOCUMENTATION
* import_customs action_required customs_duties_unpaid = express: HP ecommerce: 240 242 503 608
ecommerce-europe: 268 parcel-nl: HELD_FOR_PAYMENT
* handover = express: TP ecommerce: 50 478 479 480 499 505 510 511 523 535 589 590 642
ecommerce-europe: 302 parcel-nl: FORWARD_THIRD_PARTY HANDOVER
* last_mile = express: AR AD ecommerce: 468 473 494 520 525 541 542 543 547 548 557 575 576 579 581
616 ecommerce-europe: 40 41 242 ecommerce-ppl: 300 400 460 freight: 1-21 20-208 20-209 svb:
ARRIVAL_AT_OFFICE_OF_DELIVERY parcel-pl: BCZ LIK TRM TRM_X TRM2 WER ZID ZMA ZOS KWC SP_DW
parcel-nl: ARRIVED_AT_DELIVERY_FACILITY PARCEL_ARRIVED_AT_LOCAL_DEPOT DELIVERY_PLANNED_IN_ROUTE
PARCEL_WILL_BE_DELIVERED_SOON SORTED_AT_DESTINATION_DEPOT
* last_mile action_required unknown = express: PD freight: 21-23 20-296 parcel-pl: BRG parcel-nl:
PARTIAL_DELIVERY
* last_mile ok carrier_not_enough_time = express: MD parcel-nl: MISSED_DELIVERY_CYCLE
* last_mile failed unknown = express: ND parcel-de: ZN dgf: DELIVERY_EXCEPTION svb:
DELIVERY_ATTEMPTED ecommerce: 563 571 583 595 596 614 615 629 638 639 651 ecommerce-europe: 72 77
78 154 156 161 217 253 86 87 89 90 92 94 95 96 98 200 214 215 395 parcel-nl:
FAILED_TO_DELIVER_REDELIVER REDELIVER REDELIVER_AT_PARCELSHOP REDELIVER_DIFFERENT_ADDRESS
REDELIVER_SAME_ADDRESS REFUSED_OTHER_REASON DELIVERY_CODE_MISSING_NEW_ATTEMPT
SAFEPLACE_DELIVERY_FAILED INCORRECT/UNKNOWN_PIN NEW_DELIVERY_ATTEMPT NO_MONEY_REDELIVER parcel-pl:
SP_CAP AWI_ROD
* last_mile failed consignee_not_home = express: NH ecommerce: 550 551 552 556 613
ecommerce-europe: 73 74 75 85 372 parcel-pl: AWI AWI_DP2 AWI_ONU AWI_SAS AWI_NSP ZWW parcel-nl:
NOT_HOME_NEW_DELIVERY NOTIFICATION_NOT_HOME_TO_PARCELSHOP
* last_mile failed consignee_business_closed = express: CA ecommerce: 555 564 612 freight: 20-211
56-211 parcel-nl: CLOSED CLOSED_ON_ARRIVAL RECEIVER_CLOSED_ANNOUNCED RECEIVER_CLOSED_ON_HOLIDAY
* last_mile failed consignee_refused = express: RD ecommerce: 610 611 619 ecommerce-ppl: 464
ecommerce-europe: 76 207 208 209 210 211 freight: 56-292 56-284 56-611 56-241 parcel-pl: OP OP_BWER
OP_COD OP_DUB OP_OTH OP_PLA OP_PNK OP_REZ OP_ROD OP_SAS OP_TNZ OP_UMO OP_USK OP_USP parcel-nl:
REFUSED REFUSED_BY_RECEIVER REFUSED_AT_PARCELSHOP REFUSED_NOT_ORDERED REFUSED_DAMAGED
REFUSED_INCOMPLETE REFUSED_INVENTORY REFUSED_NO_MONEY REFUSED_NO_RECAP REFUSED_NOT_ORDERED_CORONA
REFUSED_NOT_SIGNED REFUSED_REQUESTS_WAYBILL REFUSED_RETURN_TO_DD REFUSED_TOO_LATE
REFUSED_WILL_NOT_PAY
* last_mile failed consignee_incorrect_address = express: BA CM ecommerce: 630 631 633 683 686 689
691 700 710 720 730 740 750 ecommerce-europe: 79 80 81 206 freight: 20-234 parcel-pl: AN AN_BO
AN_RA AN_SAS parcel-nl: ADDRESS_NOT_FOUND BAD_ADDRESS BAD_ADDRESS_INTERNATIONAL
RECEIVER_MOVED_OR_UNKNOWN DELIVERY_DATA_INCORRECT ON_HOLD_BAD_ADDRESS
* last_mile failed consignee_access_restricted = ecommerce: 553 554 605 parcel-pl: AWI_OZ
* last_mile failed consignee_verification_failed = ecommerce-europe: 82 330 parcel-nl:
ID_CHECK_UNSUCCESSFUL
* out_for_delivery = express: WC parcel-de: PO dgf: OUT_FOR_DELIVERY svb: IN_DELIVERY parcel-pl: LK
ecommerce: 544 558 580 597 598 ecommerce-europe: 42 freight: 24-501 24-628 361-139 parcel-nl:
OUT_FOR_DELIVERY LOAD_VEHICLE PARCEL_INTO_FALLBACK
* collect = express: CC parcel-de: LA ZF ecommerce: 469 522 560 565 570 585 599 601 ecommerce-ppl:
343 ecommerce-europe: 43 44 45 46 freight: 20-13 svb: NOTIFIED NOTIFIED_KEY_ACCOUNT
NOTIFIED_PACKSTATION NOTIFIED_PO_BOX parcel-pl: OWL OWL_KP OWL_ONO OWL_PS_KP OWL_PS_ONO OWL_SP_KP
OWL_SP_ONO DOR_SP DOR_POC SP_DSP SP_KP parcel-nl: AWAITING_RECEIVER_COLLECTION
DELIVERED_AT_ACCESSPOINT DELIVERED_AT_PARCELSHOP DELIVERED_AT_PARCELSTATION ON_HOLD_FOR_COLLECTION
NOTIFICATION_FOR_PARCELSHOP_COLLECTION_HAS_BEEN_SENT PARCEL_HELD_FOR_COLLECTION_AT_LOCAL_DEPOT
CLOSED_AWAITING_COLLECTION
* delivered = express: 101 OK parcel-de: ZU dgf: DELIVERED parcel-pl: DOR DOR_LOK DOR_OTH DOR_OWL
DOR_RDZ DOR_SAS SP_DOR PPDOR freight: 24-600 21-0 21-234 21-600 ecommerce-ppl: 450 ecommerce: 572
600 606 607 621 652 653 654 655 656 657 658 659 ecommerce-europe: 63 64 65 66 67 68 69 70 71 306
svb: DELIVERED AMOUNT_TRANSFERRED CONFIRMED CONFIRMATION_PENDING CONFIRMED_BY_SENDER
DELIVERED_ZU_NOT_OK DELIVERED_ZU_OK FETCHED FETCHED_NOTIFIED
FETCHED_KEY_ACCOUNT_PENDING_DELIVERY_CONFIRMATION FETCHED_PACKSTATION PAID_EPOS PAID_MAILMAN
FETCHED_PENDING_DELIVERY_CONFIRMATION FETCHED_PO_BOX_PENDING_DELIVERY_CONFIRMATION parcel-nl:
DELIVERED COLLECTED_AT_ACCESSPOINT COLLECTED_AT_PARCELSHOP COLLECTED_AT_PARCELSTATION
DELIVERED_AT_NEIGHBOURS DELIVERED_AT_PREFERED_NEIGHBOURS DELIVERED_AT_SAFEPLACE
DELIVERED_IN_MAILBOX DELIVERED_NO_CODE_VALIDATION DELIVERED_NOT_IN_TIME SHIPMENT_COLLECTED
* delivered failed carrier_damaged_parcel = express: DD parcel-nl: DELIVERED_DAMAGED
* unknown failed carrier_damaged_parcel = ecommerce: 620 623 ecommerce-europe: 83 parcel-nl:
ARRIVED_DAMAGED HELD_IN_STORAGE_DAMAGED REPACKED_DELIVERY_DAMAGED
* unknown action_required carrier_parcel_held = express: OH SS ecommerce: 312 358 644 parcel-nl:
ON_HOLD HELD_IN_STORAGE
* unknown failed parcel_being_researched = ecommerce: 690 parcel-nl: PARCEL_MISSING
* returning failed unknown = ecommerce: 108 602 603 604 800 802 804 808 810 811 813 815 816 817 818
820 806 807 821 849 853 854 855 856 857 858 859 862 880 881 882 883 884 885 886 887 svb: SENT_BACK
SENT_BACK_ABROAD freight: 56-222 parcel-pl: ZWR ZWR_AN ZWR_OP ZWR_WER ZWR_ZB ZWR_ZT ZWN REZ SP_KZW
SP_TO SP_OP SP_ZWR AWI_CZAS OP_DO OP_DOK ecommerce-europe: 99 100 101 102 149 151 152 155 157 160
248 249 259 222 223 363 364 365 parcel-nl: ON_ROUTE_TO_SHIPPER REFUSED_RETURN REFUSED_NOT_COLLECTED
RETURNED_NOT_COLLECTED ADDRESS_UNKNOWN DAMAGE_RETURN DELIVERY_DATA_INCORRECT_RETURN
DELIVERY_CODE_MISSING_RETURN RECEIVER_RETURN CUSTOMS_DATA_INCORRECT_RETURN_TO_SHIPPER
INVALID_SHIPMENT_SPECIFICATION_RETURN PARCEL_TOO_HEAVY_RETURN
INTERVENTION_RECEIVER_REQUEST_DELIVERY_CANCELLED INTERVENTION_SHIPPER_REQUEST_DELIVERY_CANCELLED
PO_BOX PARCEL_RELABELED_FOR_RETURN_TO_SHIPPER PARCEL_SCANNED_AT_RETURN_HUB PARCEL_TOO_LARGE_RETURN
PARCELSTATION_DELIVERY_UNSUCCESFULL_RETURN POSTAL_CODE_INCORRECT RECEIVER_UNKNOWN_RETURN
STORAGE_PERIOD_ENDED_AT_ACCESSPOINT STORAGE_PERIOD_ENDED_AT_PARCELSHOP
STORAGE_PERIOD_ENDED_AT_PARCELSTATION MISROUTED_RETURN_TO_SHIPPER NO_MONEY_RETURN
POSTPROCESS_RETURN_CONSOLIDATION POSTPROCESS_RETURN_CONSOLIDATION_DEPART
POSTPROCESS_RETURN_CONSOLIDATION_LOAD NOT_HOME_RETURN_TO_SHIPPER
* returned failed unknown = express: RT ecommerce: 860 863 864 ecommerce-europe: 366 svb:
RETURNED_TO_SENDER parcel-nl: RETURNED_TO_SHIPPER DELIVERED_AT_SHIPPER
EXPECTED_RETURN_DELIVERED_AT_SHIPPER_CALCULATED RETURN_DELIVERED_AT_SHIPPER_CALCULATED
PARCEL_ALREADY_RETURNED POSTPROCESS_DELIVERED_AT_SHIPPER
* lost failed carrier_parcel_lost = ecommerce-ppl: 997
* destroyed failed unknown = express: DS ecommerce: 636 825 parcel-nl: DESTROYED
* collect failed consignee_not_available = ecommerce: 693 760 parcel-nl: REFUSED_2ND_KIB
PARCEL_NOT_COLLECTED_AT_PARCELSHOP
* unknown failed unknown = express: 103 parcel-de: BV ecommerce: 625 626 650 770 780 809 parcel-pl:
CC ecommerce-europe: 269
* unknown ok force_majeure = freight: 20-270 parcel-nl: FORCE_MAJEURE
* unknown failed customs_prohibited = ecommerce: 107 parcel-nl: DENIED_PARTIES SHIPMENT_STOPPED
"""
"""`*` and a meaning (stage, health, reason), then its codes, each after the name of its division."""


def _read(text: str) -> dict[str, States]:
    """Division → its table."""
    found: dict[str, dict[str, ParcelState]] = {}
    for part in text.split("* ")[1:]:
        meaning, _, words = part.partition(" = ")
        stage, health, reason = (*meaning.split(), "ok", "")[:3]
        state = ParcelState(Stage(stage), Health(health), reason or None)
        division = ""
        for word in words.split():
            if word.endswith(":"):
                division = word[:-1]
            else:
                found.setdefault(division, {})[word] = state
    return {division: states(table) for division, table in found.items()}


DIVISIONS = _read(MEANINGS)
"""The name of a division, as in `service`, → code → meaning."""
