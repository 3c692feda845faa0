"""Brazilian cities with what an address, a telephone and an invoice take from them."""

from typing import NamedTuple


class City(NamedTuple):
    """A city: its telephone area (DDD), and how much of the market is there."""

    name: str
    state: str
    area: str
    weight: int


CITIES = (
    City("São Paulo", "SP", "11", 60),
    City("Guarulhos", "SP", "11", 10),
    City("Campinas", "SP", "19", 14),
    City("Santos", "SP", "13", 8),
    City("São José dos Campos", "SP", "12", 8),
    City("Sorocaba", "SP", "15", 8),
    City("Ribeirão Preto", "SP", "16", 9),
    City("Bauru", "SP", "14", 5),
    City("São José do Rio Preto", "SP", "17", 6),
    City("Presidente Prudente", "SP", "18", 4),
    City("Rio de Janeiro", "RJ", "21", 34),
    City("Niterói", "RJ", "21", 6),
    City("Campos dos Goytacazes", "RJ", "22", 4),
    City("Volta Redonda", "RJ", "24", 3),
    City("Vitória", "ES", "27", 6),
    City("Cachoeiro de Itapemirim", "ES", "28", 2),
    City("Belo Horizonte", "MG", "31", 20),
    City("Contagem", "MG", "31", 6),
    City("Juiz de Fora", "MG", "32", 5),
    City("Uberlândia", "MG", "34", 7),
    City("Montes Claros", "MG", "38", 4),
    City("Poços de Caldas", "MG", "35", 3),
    City("Divinópolis", "MG", "37", 3),
    City("Curitiba", "PR", "41", 14),
    City("Ponta Grossa", "PR", "42", 4),
    City("Londrina", "PR", "43", 6),
    City("Maringá", "PR", "44", 5),
    City("Cascavel", "PR", "45", 4),
    City("Joinville", "SC", "47", 6),
    City("Florianópolis", "SC", "48", 6),
    City("Chapecó", "SC", "49", 3),
    City("Porto Alegre", "RS", "51", 12),
    City("Pelotas", "RS", "53", 3),
    City("Caxias do Sul", "RS", "54", 5),
    City("Santa Maria", "RS", "55", 3),
    City("Brasília", "DF", "61", 14),
    City("Goiânia", "GO", "62", 11),
    City("Rio Verde", "GO", "64", 3),
    City("Palmas", "TO", "63", 3),
    City("Cuiabá", "MT", "65", 5),
    City("Rondonópolis", "MT", "66", 2),
    City("Campo Grande", "MS", "67", 6),
    City("Rio Branco", "AC", "68", 2),
    City("Porto Velho", "RO", "69", 3),
    City("Salvador", "BA", "71", 14),
    City("Feira de Santana", "BA", "75", 4),
    City("Vitória da Conquista", "BA", "77", 3),
    City("Aracaju", "SE", "79", 4),
    City("Recife", "PE", "81", 11),
    City("Caruaru", "PE", "81", 3),
    City("Maceió", "AL", "82", 5),
    City("João Pessoa", "PB", "83", 5),
    City("Campina Grande", "PB", "83", 3),
    City("Natal", "RN", "84", 5),
    City("Fortaleza", "CE", "85", 12),
    City("Juazeiro do Norte", "CE", "88", 3),
    City("Teresina", "PI", "86", 4),
    City("São Luís", "MA", "98", 5),
    City("Imperatriz", "MA", "99", 2),
    City("Belém", "PA", "91", 7),
    City("Santarém", "PA", "93", 2),
    City("Manaus", "AM", "92", 7),
    City("Macapá", "AP", "96", 2),
    City("Boa Vista", "RR", "95", 2),
)

WEIGHTS = [city.weight for city in CITIES]

STATE_CODES = {
    "RO": 11, "AC": 12, "AM": 13, "RR": 14, "PA": 15, "AP": 16, "TO": 17, "MA": 21, "PI": 22, "CE": 23, "RN": 24,
    "PB": 25, "PE": 26, "AL": 27, "SE": 28, "BA": 29, "MG": 31, "ES": 32, "RJ": 33, "SP": 35, "PR": 41, "SC": 42,
    "RS": 43, "MS": 50, "MT": 51, "GO": 52, "DF": 53,
}  # fmt: skip
"""IBGE's codes of the states, which begin an NF-e's access key."""

REGIONS = {
    "N": ("AC", "AM", "AP", "PA", "RO", "RR", "TO"),
    "NE": ("AL", "BA", "CE", "MA", "PB", "PE", "PI", "RN", "SE"),
    "CO": ("DF", "GO", "MS", "MT"),
    "SE": ("ES", "MG", "RJ", "SP"),
    "S": ("PR", "RS", "SC"),
}
REGION_OF = {state: region for region, states in REGIONS.items() for state in states}
