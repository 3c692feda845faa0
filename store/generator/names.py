"""Invented names of people, companies, pharmacies and brands."""

from random import Random

FIRST = (
    "Ana", "Maria", "Juliana", "Fernanda", "Patrícia", "Camila", "Beatriz", "Larissa", "Aline", "Renata", "Cláudia",
    "Sônia", "João", "José", "Carlos", "Paulo", "Rafael", "Bruno", "Marcelo", "Rodrigo", "Eduardo", "Antônio", "Luís",
    "Thiago", "Débora", "Vanessa", "Simone", "Tereza", "Gustavo", "Fábio", "Sérgio", "Otávio", "Luana", "Priscila",
    "Hélio", "Iara",
)  # fmt: skip
LAST = (
    "Silva", "Souza", "Oliveira", "Santos", "Pereira", "Costa", "Ferreira", "Almeida", "Ribeiro", "Carvalho", "Gomes",
    "Martins", "Araújo", "Barbosa", "Rocha", "Dias", "Nascimento", "Moreira", "Cardoso", "Teixeira", "Nogueira",
    "Pinheiro", "Figueiredo", "Brandão", "Queiroz", "Vasconcelos", "Sampaio", "Tavares", "Antunes", "Guimarães",
)  # fmt: skip
_PHARMACY_KINDS = ("Farmácia", "Drogaria", "Farmácia e Drogaria", "Drogafarma", "Farmácia Popular")
_PHARMACY_NAMES = (
    "Boa Vista", "São José", "Santa Rita", "Nossa Senhora Aparecida", "São Lucas", "Central", "do Povo", "Bom Jesus",
    "Santa Luzia", "Vida Nova", "Saúde Total", "Bem Estar", "Esperança", "do Bairro", "Jardim América", "Vila Nova",
    "Ipiranga", "São Francisco", "Santo Antônio", "Progresso", "Primavera", "da Praça", "da Matriz", "Boa Saúde",
    "Santa Clara", "Avenida", "Bela Vista", "Imperial", "São Pedro", "Santa Helena", "Cruzeiro", "Liberdade",
    "do Trabalhador", "União", "Mais Vida",
)  # fmt: skip
_ROOTS = (
    "Aurora", "Ipê", "Guará", "Jatobá", "Serra Azul", "Araucária", "Tupã", "Itaúna", "Cerrado", "Pampa", "Atlântica",
    "Capivari", "Mantiqueira", "Paineira", "Aroeira", "Jequitibá", "Sucupira", "Caraíba", "Umbuzeiro", "Maracá",
    "Taquari", "Ibirá", "Piracema", "Itororó", "Juruá", "Tapajós", "Xavantes", "Caiapó", "Marajó", "Guaíba", "Iguaçu",
    "Parnaíba", "Tocantins", "Paranoá", "Itamaracá", "Caparaó", "Bocaina", "Canastra", "Borborema", "Araripe",
    "Ibiapaba", "Roncador", "Urucuia", "Jacarandá", "Cambuí", "Angico", "Cabreúva", "Peroba", "Imbuia", "Mulungu",
    "Pitanga", "Cajueiro", "Buriti", "Carnaúba", "Macaúba", "Babaçu", "Juçara", "Andiroba", "Copaíba", "Samaúma",
)  # fmt: skip
_MAKER_KINDS = (
    "Farma", "Laboratórios", "Biociências", "Farmacêutica", "Química e Farmacêutica", "Genéricos", "Pharma Brasil",
    "Medicamentos", "Indústria Farmacêutica", "Biofarma", "Fármacos", "Labs", "Saúde", "Biotec",
)  # fmt: skip
_SELLER_KINDS = (
    "Distribuidora", "Distribuidora de Medicamentos", "Atacado Farma", "Logística Farma", "Medicamentos Atacado",
    "Comercial Farma", "Hospitalar", "Dist. Norte", "Dist. Sul", "Dist. Leste", "Dist. Oeste", "Representações",
    "Farma Express", "Suprimentos", "Atacadista", "Central de Compras", "Dimed", "Farmaceutical", "Abastece",
    "Rede Saúde", "Entregas Farma", "Comércio",
)  # fmt: skip
_BRAND_ENDINGS = (
    "vix",
    "lune",
    "dara",
    "zen",
    "prime",
    "neo",
    "max",
    "fort",
    "tra",
    "ben",
    "dol",
    "ril",
    "xen",
    "lar",
    "med",
)
_SALTS = (
    "ACETATO", "BESILATO", "BISSULFATO", "BUTILBROMETO", "CITRATO", "CLORIDRATO", "DICLORIDRATO", "DIPROPIONATO",
    "FOSFATO", "FUMARATO", "HEMIFUMARATO", "HEMITARTARATO", "MALEATO", "NITRATO", "OXALATO", "SULFATO", "SÓDICO", "DE",
)  # fmt: skip


def person(random: Random) -> str:
    """A person's name."""
    return f"{random.choice(FIRST)} {random.choice(LAST)}"


def pharmacy(random: Random) -> str:
    """What is written over a pharmacy's door."""
    return f"{random.choice(_PHARMACY_KINDS)} {random.choice(_PHARMACY_NAMES)}"


def pharmacy_company(random: Random, trade_name: str) -> str:
    """The company behind a pharmacy; one in eight is a sole trader's."""
    if random.random() < 0.125:
        return f"{person(random).upper()} FARMÁCIA ME"
    return f"{random.choice(LAST).upper()} & {random.choice(LAST).upper()} {trade_name.upper()} LTDA"


def maker(index: int) -> str:
    """The manufacturer's name; up to 840 differ."""
    return f"{_ROOTS[index % len(_ROOTS)]} {_MAKER_KINDS[(index // len(_ROOTS) + index) % len(_MAKER_KINDS)]}"


def seller(index: int) -> str:
    """The distributor's name; up to 1,320 differ."""
    place = (index * 7 + 3) % len(_ROOTS)
    return f"{_ROOTS[place]} {_SELLER_KINDS[(index // len(_ROOTS) + index) % len(_SELLER_KINDS)]}"


def generic(ingredients: tuple[str, ...]) -> str:
    """A generic's name: that of its active ingredients."""
    return " + ".join(ingredient.capitalize() for ingredient in ingredients)


def brand(random: Random, ingredients: tuple[str, ...]) -> str:
    """A trade name that recalls the first active ingredient."""
    word = next(word for word in ingredients[0].split() if word not in _SALTS)
    return f"{word[: random.choice((3, 4, 5))].capitalize()}{random.choice(_BRAND_ENDINGS)}"
