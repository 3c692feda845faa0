"""Real active ingredients with the strengths, forms and packs they are sold in; the prices are invented."""

from typing import NamedTuple

from schemas.records.catalog import Stripe


class Form(NamedTuple):
    """A pharmaceutical form: how ANVISA writes it with its packs, and in which sizes it is packed."""

    wordings: tuple[str, ...]
    packs: tuple[int, ...]
    storage: str = "room"


class Medicine(NamedTuple):
    """Active ingredients in one form; ``cents`` is what one unit of the pack costs at the first strength."""

    ingredients: tuple[str, ...]
    form: str
    strengths: tuple[str, ...]
    stripe: Stripe
    cents: int
    released: bool = False


FORMS = {
    "tablet": Form(
        (
            "{} COM CT BL AL PLAS TRANS X {}",
            "{} COM CT BL AL PLAS OPC X {}",
            "{} COM REV CT BL AL PLAS TRANS X {}",
            "{} COM REV CT BL AL AL X {}",
            "{} COM CT BL AL PLAS PVDC TRANS X {}",
        ),
        (10, 15, 20, 28, 30, 60, 90, 500),
    ),
    "capsule": Form(
        ("{} CAP DURA CT BL AL PLAS TRANS X {}", "{} CAP DURA CT BL AL AL X {}", "{} CAP GEL DURA CT FR PLAS OPC X {}"),
        (7, 14, 28, 30, 56, 60),
    ),
    "syrup": Form(
        ("{} XPE CT FR PLAS AMB X {} ML + CP MED", "{} XPE CT FR VD AMB X {} ML + COP"), (60, 100, 120, 150)
    ),
    "drops": Form(("{} SOL OR CT FR PLAS OPC GOT X {} ML", "{} SOL GOT CT FR VD AMB X {} ML"), (10, 15, 20, 30)),
    "suspension": Form(
        ("{} SUS OR CT FR PLAS OPC X {} ML + COP", "{} PO SUS OR CT FR VD AMB X {} ML + SER DOS"),
        (30, 60, 75, 100, 150),
    ),
    "injection": Form(
        ("{} SOL INJ CT {} AMP VD AMB X 2 ML", "{} SOL INJ CX {} AMP VD TRANS X 5 ML (EMB HOSP)"),
        (1, 3, 5, 10, 50, 100),
    ),
    "powder": Form(("{} PO SOL INJ CT {} FA VD TRANS", "{} PO LIOF SOL INJ CX {} FA VD TRANS (EMB HOSP)"), (1, 10, 50)),
    "pen": Form(
        ("{} SOL INJ CT {} CAR VD TRANS X 3 ML + SIST APLIC PLAS", "{} SUS INJ CT {} FA VD TRANS X 10 ML"),
        (1, 2, 5),
        "refrigerated",
    ),
    "cream": Form(
        ("{} CREM DERM CT BG AL X {} G", "{} POM DERM CT BG AL X {} G", "{} GEL CT BG PLAS X {} G"),
        (10, 15, 20, 30, 60),
    ),
    "eye drops": Form(("{} SOL OFT CT FR PLAS GOT X {} ML", "{} SUS OFT CT FR PLAS OPC GOT X {} ML"), (3, 5, 10, 15)),
    "inhaler": Form(("{} AER OR CT TB AL X {} DOSES + DISP", "{} SUS AER INAL CT LATA AL X {} DOSES"), (60, 120, 200)),
}  # fmt: skip

MEDICINES = (
    Medicine(("LOSARTANA POTÁSSICA",), "tablet", ("50 MG", "100 MG", "25 MG"), "red", 48),
    Medicine(("HIDROCLOROTIAZIDA",), "tablet", ("25 MG", "50 MG"), "red", 14),
    Medicine(("LOSARTANA POTÁSSICA", "HIDROCLOROTIAZIDA"), "tablet", ("50 MG + 12,5 MG", "100 MG + 25 MG"), "red", 95),
    Medicine(("BESILATO DE ANLODIPINO",), "tablet", ("5 MG", "10 MG"), "red", 52),
    Medicine(("MALEATO DE ENALAPRIL",), "tablet", ("10 MG", "5 MG", "20 MG"), "red", 38),
    Medicine(("ATENOLOL",), "tablet", ("25 MG", "50 MG", "100 MG"), "red", 33),
    Medicine(("CAPTOPRIL",), "tablet", ("25 MG", "12,5 MG", "50 MG"), "red", 22),
    Medicine(("CARVEDILOL",), "tablet", ("6,25 MG", "3,125 MG", "12,5 MG", "25 MG"), "red", 70),
    Medicine(("FUROSEMIDA",), "tablet", ("40 MG",), "red", 25),
    Medicine(("ESPIRONOLACTONA",), "tablet", ("25 MG", "50 MG", "100 MG"), "red", 64),
    Medicine(("SINVASTATINA",), "tablet", ("20 MG", "10 MG", "40 MG"), "red", 60),
    Medicine(("ATORVASTATINA CÁLCICA",), "tablet", ("10 MG", "20 MG", "40 MG", "80 MG"), "red", 185),
    Medicine(("ROSUVASTATINA CÁLCICA",), "tablet", ("10 MG", "5 MG", "20 MG"), "red", 190),
    Medicine(("CLORIDRATO DE METFORMINA",), "tablet", ("500 MG", "850 MG", "1 G"), "red", 21),
    Medicine(("GLIBENCLAMIDA",), "tablet", ("5 MG",), "red", 16),
    Medicine(("GLICLAZIDA",), "tablet", ("30 MG", "60 MG"), "red", 82),
    Medicine(("DAPAGLIFLOZINA",), "tablet", ("10 MG", "5 MG"), "red", 540),
    Medicine(("LEVOTIROXINA SÓDICA",), "tablet", ("25 MCG", "50 MCG", "75 MCG", "88 MCG", "100 MCG"), "red", 40),
    Medicine(("INSULINA HUMANA",), "pen", ("100 UI/ML",), "red", 4200),
    Medicine(("INSULINA GLARGINA",), "pen", ("100 UI/ML", "300 UI/ML"), "red", 9800),
    Medicine(("OMEPRAZOL",), "capsule", ("20 MG", "10 MG", "40 MG"), "red", 46),
    Medicine(("PANTOPRAZOL SÓDICO",), "tablet", ("20 MG", "40 MG"), "red", 110),
    Medicine(("ESOMEPRAZOL MAGNÉSICO",), "capsule", ("20 MG", "40 MG"), "red", 260),
    Medicine(("DOMPERIDONA",), "tablet", ("10 MG",), "red", 42),
    Medicine(("SIMETICONA",), "drops", ("75 MG/ML",), "none", 72, released=True),
    Medicine(("SIMETICONA",), "tablet", ("40 MG", "125 MG"), "none", 35, released=True),
    Medicine(("DIPIRONA MONOIDRATADA",), "tablet", ("500 MG", "1 G"), "none", 32, released=True),
    Medicine(("DIPIRONA MONOIDRATADA",), "drops", ("500 MG/ML",), "none", 55, released=True),
    Medicine(("DIPIRONA MONOIDRATADA",), "injection", ("500 MG/ML",), "red", 130),
    Medicine(("PARACETAMOL",), "tablet", ("500 MG", "750 MG"), "none", 30, released=True),
    Medicine(("PARACETAMOL",), "drops", ("200 MG/ML",), "none", 60, released=True),
    Medicine(("PARACETAMOL", "FOSFATO DE CODEÍNA"), "tablet", ("500 MG + 30 MG",), "red_retained", 190),
    Medicine(("IBUPROFENO",), "tablet", ("400 MG", "200 MG", "600 MG"), "none", 58, released=True),
    Medicine(("IBUPROFENO",), "drops", ("50 MG/ML", "100 MG/ML"), "none", 48, released=True),
    Medicine(("IBUPROFENO",), "suspension", ("30 MG/ML", "20 MG/ML"), "none", 17, released=True),
    Medicine(("CETOPROFENO",), "tablet", ("100 MG", "150 MG"), "red", 155),
    Medicine(("DICLOFENACO SÓDICO",), "tablet", ("50 MG", "75 MG", "100 MG"), "red", 40),
    Medicine(("NIMESULIDA",), "tablet", ("100 MG",), "red", 62),
    Medicine(("CLORIDRATO DE CICLOBENZAPRINA",), "tablet", ("5 MG", "10 MG"), "red", 88),
    Medicine(("CLORIDRATO DE TRAMADOL",), "capsule", ("50 MG", "100 MG"), "red_retained", 210),
    Medicine(("SULFATO DE MORFINA",), "tablet", ("10 MG", "30 MG"), "black", 145),
    Medicine(("AMOXICILINA",), "capsule", ("500 MG",), "red_retained", 105),
    Medicine(("AMOXICILINA",), "suspension", ("50 MG/ML", "80 MG/ML"), "red_retained", 22),
    Medicine(("AMOXICILINA", "CLAVULANATO DE POTÁSSIO"), "tablet", ("875 MG + 125 MG",), "red_retained", 620),
    Medicine(("AZITROMICINA DI-HIDRATADA",), "tablet", ("500 MG", "1 G"), "red_retained", 510),
    Medicine(("AZITROMICINA DI-HIDRATADA",), "suspension", ("40 MG/ML",), "red_retained", 95),
    Medicine(("CEFALEXINA MONOIDRATADA",), "capsule", ("500 MG", "1 G"), "red_retained", 150),
    Medicine(("CLORIDRATO DE CIPROFLOXACINO",), "tablet", ("500 MG", "250 MG"), "red_retained", 240),
    Medicine(("LEVOFLOXACINO",), "tablet", ("500 MG", "750 MG"), "red_retained", 690),
    Medicine(("SULFAMETOXAZOL", "TRIMETOPRIMA"), "tablet", ("400 MG + 80 MG", "800 MG + 160 MG"), "red_retained", 40),
    Medicine(("CEFTRIAXONA SÓDICA",), "powder", ("500 MG", "1 G"), "red_retained", 1150),
    Medicine(("METRONIDAZOL",), "tablet", ("250 MG", "400 MG"), "red_retained", 38),
    Medicine(("FLUCONAZOL",), "capsule", ("150 MG", "100 MG"), "red", 480),
    Medicine(("CETOCONAZOL",), "cream", ("20 MG/G",), "red", 32),
    Medicine(("NITRATO DE MICONAZOL",), "cream", ("20 MG/G",), "none", 38, released=True),
    Medicine(("ACICLOVIR",), "tablet", ("200 MG", "400 MG"), "red", 95),
    Medicine(("ACICLOVIR",), "cream", ("50 MG/G",), "none", 105),
    Medicine(("IVERMECTINA",), "tablet", ("6 MG",), "red", 420),
    Medicine(("ALBENDAZOL",), "tablet", ("400 MG",), "red", 280),
    Medicine(("LORATADINA",), "tablet", ("10 MG",), "none", 62, released=True),
    Medicine(("LORATADINA",), "syrup", ("1 MG/ML",), "none", 17, released=True),
    Medicine(("DESLORATADINA",), "tablet", ("5 MG",), "none", 160),
    Medicine(("DICLORIDRATO DE LEVOCETIRIZINA",), "tablet", ("5 MG",), "red", 230),
    Medicine(("PREDNISONA",), "tablet", ("5 MG", "20 MG"), "red", 30),
    Medicine(("FOSFATO SÓDICO DE PREDNISOLONA",), "syrup", ("3 MG/ML", "1 MG/ML"), "red", 19),
    Medicine(("DEXAMETASONA",), "tablet", ("4 MG", "0,75 MG"), "red", 66),
    Medicine(("ACETATO DE DEXAMETASONA",), "cream", ("1 MG/G",), "red", 58),
    Medicine(("SULFATO DE SALBUTAMOL",), "inhaler", ("100 MCG/DOSE",), "red", 11),
    Medicine(("DIPROPIONATO DE BECLOMETASONA",), "inhaler", ("50 MCG/DOSE", "200 MCG/DOSE", "250 MCG/DOSE"), "red", 24),
    Medicine(("FUMARATO DE FORMOTEROL", "BUDESONIDA"), "inhaler", ("6 MCG/DOSE + 200 MCG/DOSE",), "red", 120),
    Medicine(("CLORIDRATO DE AMBROXOL",), "syrup", ("6 MG/ML", "3 MG/ML"), "none", 13, released=True),
    Medicine(("ACEBROFILINA",), "syrup", ("10 MG/ML", "5 MG/ML"), "red", 16),
    Medicine(("CLORIDRATO DE FLUOXETINA",), "capsule", ("20 MG", "10 MG"), "red_retained", 92),
    Medicine(("CLORIDRATO DE SERTRALINA",), "tablet", ("50 MG", "25 MG", "100 MG"), "red_retained", 150),
    Medicine(("OXALATO DE ESCITALOPRAM",), "tablet", ("10 MG", "15 MG", "20 MG"), "red_retained", 215),
    Medicine(("CLORIDRATO DE VENLAFAXINA",), "capsule", ("75 MG", "37,5 MG", "150 MG"), "red_retained", 270),
    Medicine(("CLONAZEPAM",), "tablet", ("2 MG", "0,5 MG"), "black", 40),
    Medicine(("CLONAZEPAM",), "drops", ("2,5 MG/ML",), "black", 65),
    Medicine(("ALPRAZOLAM",), "tablet", ("0,5 MG", "0,25 MG", "1 MG", "2 MG"), "black", 75),
    Medicine(("HEMITARTARATO DE ZOLPIDEM",), "tablet", ("10 MG", "5 MG"), "black", 195),
    Medicine(("CLORIDRATO DE METILFENIDATO",), "tablet", ("10 MG",), "black", 130),
    Medicine(("RISPERIDONA",), "tablet", ("1 MG", "2 MG", "3 MG"), "red_retained", 120),
    Medicine(("HEMIFUMARATO DE QUETIAPINA",), "tablet", ("25 MG", "100 MG", "200 MG"), "red_retained", 190),
    Medicine(("CARBAMAZEPINA",), "tablet", ("200 MG", "400 MG"), "red_retained", 60),
    Medicine(("PREGABALINA",), "capsule", ("75 MG", "150 MG"), "red_retained", 240),
    Medicine(("TOPIRAMATO",), "tablet", ("25 MG", "50 MG", "100 MG"), "red_retained", 115),
    Medicine(("LEVONORGESTREL", "ETINILESTRADIOL"), "tablet", ("0,15 MG + 0,03 MG",), "red", 28),
    Medicine(("DROSPIRENONA", "ETINILESTRADIOL"), "tablet", ("3 MG + 0,03 MG", "3 MG + 0,02 MG"), "red", 165),
    Medicine(("LEVONORGESTREL",), "tablet", ("1,5 MG", "0,75 MG"), "red", 900),
    Medicine(("CITRATO DE SILDENAFILA",), "tablet", ("50 MG", "25 MG", "100 MG"), "red", 560),
    Medicine(("TADALAFILA",), "tablet", ("5 MG", "20 MG"), "red", 480),
    Medicine(("FINASTERIDA",), "tablet", ("1 MG", "5 MG"), "red", 165),
    Medicine(("ALENDRONATO DE SÓDIO",), "tablet", ("70 MG", "10 MG"), "red", 620),
    Medicine(("COLECALCIFEROL",), "capsule", ("1.000 UI", "7.000 UI", "50.000 UI"), "none", 110, released=True),
    Medicine(("ÁCIDO FÓLICO",), "tablet", ("5 MG",), "none", 22),
    Medicine(("SULFATO FERROSO",), "drops", ("25 MG/ML",), "none", 34, released=True),
    Medicine(("ÁCIDO ACETILSALICÍLICO",), "tablet", ("100 MG", "500 MG"), "none", 14, released=True),
    Medicine(("BISSULFATO DE CLOPIDOGREL",), "tablet", ("75 MG",), "red", 155),
    Medicine(("RIVAROXABANA",), "tablet", ("20 MG", "10 MG", "15 MG"), "red", 640),
    Medicine(("VARFARINA SÓDICA",), "tablet", ("5 MG", "2,5 MG"), "red", 44),
    Medicine(("ENOXAPARINA SÓDICA",), "injection", ("100 MG/ML",), "red", 3400),
    Medicine(("ALOPURINOL",), "tablet", ("100 MG", "300 MG"), "red", 36),
    Medicine(("MALEATO DE TIMOLOL",), "eye drops", ("5 MG/ML", "2,5 MG/ML"), "red", 320),
    Medicine(("LATANOPROSTA",), "eye drops", ("50 MCG/ML",), "red", 2700),
    Medicine(("CARMELOSE SÓDICA",), "eye drops", ("5 MG/ML",), "none", 260, released=True),
    Medicine(("TOBRAMICINA",), "eye drops", ("3 MG/ML",), "red_retained", 410),
    Medicine(("CLORIDRATO DE ONDANSETRONA",), "tablet", ("4 MG", "8 MG"), "red", 300),
    Medicine(("BUTILBROMETO DE ESCOPOLAMINA",), "tablet", ("10 MG",), "none", 78),
    Medicine(("BUTILBROMETO DE ESCOPOLAMINA", "DIPIRONA MONOIDRATADA"), "tablet", ("10 MG + 250 MG",), "none", 92),
)  # fmt: skip
