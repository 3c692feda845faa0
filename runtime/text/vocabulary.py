"""Words that say little about which product is meant."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PACKAGING = _words(
    """aclar acoplada adapt adaptador agu agulha al alu amb ambar blister bls caixa cartucho calend cgt dispositivo dos
    dosad embalagem emb envol est extensores fech flac fr frasco fracionavel frac hosp inc incolor kraft lam leit med
    mult multipla ncm opc opaco pap pctfe pe pead pebd pet plas plast plastico poliet pp ppe pt pvc pvdc rest restrito
    segur seguranca sist sistema strip tb trans transp transl tubo valv vd vidro x copo display unidade conj kit dp
    tampa rosca leitoso branco amarelo bco"""
)
"""What a pack is made of, in ANVISA's abbreviations and in words."""

COMPANY = _words(
    """biociencias brasil brasileira brasileiro cia comercio cosmeticos de do da e farma farmaceutica farmaceuticas
    farmaceutico farmaceuticos importacao ind industria industrial laboratorio laboratorios limitada ltda medicamentos
    nacional pharma produtos quimica quimicos s a sa saude"""
)
"""What most manufacturers' names share."""

SALTS = _words(
    """acetato besilato bromidrato cloreto cloridrato dicloridrato dipropionato fosfato fumarato hemi hidratado
    hemitartarato maleato magnesio mesilato monoidratada monoidratado nitrato palmitato potassica potassico potassio
    sodica sodico sodio succinato sulfato tartarato tosilato trihidratada triidratada triidratado valerato anidro
    anidra calcica calcio"""
)
"""Salts and hydrates: part of an ingredient's name that people leave out."""

FORMS = _words(
    """aerossol ampola bisnaga bolsa capsula colirio comprimido creme dragea elixir emulsao envelope gel gotas
    granulado injetavel locao pastilha po pomada sache seringa solucao spray supositorio suspensao xampu xarope
    frasco-ampola"""
)
"""Pharmaceutical forms, written out."""

FORM_DETAILS = _words(
    """adulto dermatologico dispersivel dura efervescente infantil inalacao infusao liberacao liofilizado mastigavel
    mole nasal oftalmico oral orodispersivel pediatrico preenchida prolongada retal retard revestido sublingual topico
    transdermico vaginal"""
)
"""What narrows a form."""

UNITS = _words("mg mcg g kg ml l ui meq mmol % h dose doses")

FUNCTION_WORDS = _words(
    """a ai algum alguma ao as ate bom boa c cada cade cm com como custa custo da das de dele dela desse dessa desta
    deste dia disponivel do dos e em ela ele entao essa esse esta estao estoque este eu faz favor fica gostaria ha ja
    la lhe mais me mesmo meu minha na nao no nos o oi ola os ou oq p para pelo pela por porfavor pra preciso preco pro
    qual quais qto quanto quantos quantas que quero quer queria sai saber se sem ser seu so sobre tarde tem tera teria
    ter tenho uma um uns valor vcs voce voces vc venda vende vendem"""
)
"""Words of the question around a product's name."""
