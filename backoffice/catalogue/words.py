"""The catalogue's own words in both languages."""

from collections.abc import Mapping


def _both(pt: str, en: str) -> Mapping[str, str]:
    return {"pt": pt, "en": en}


WORDS: Mapping[str, Mapping[str, str]] = {
    # every page
    "site": _both("Catálogo de eventos", "Event catalogue"),
    "skip": _both("Ir para o conteúdo", "Skip to content"),
    "search_label": _both("Buscar tópicos, campos e descrições", "Search topics, fields and descriptions"),
    "search_placeholder": _both("Buscar: preço, order_id, entrega…", "Search: price, order_id, delivery…"),
    "search_none": _both("Nada encontrado para", "Nothing found for"),
    "search_count": _both("resultados", "results"),
    "search_field": _both("campo", "field"),
    "search_failed": _both("A busca não carregou; recarregue a página.", "Search did not load; reload the page."),
    "languages": _both("Idioma", "Language"),
    "footer": _both(
        "Derivado do registro de tópicos (schemas/topics.py). O que está aqui é o que está no ar.",
        "Derived from the topics' register (schemas/topics.py). What is here is what runs.",
    ),
    "asyncapi": _both("Documento AsyncAPI 3.0", "AsyncAPI 3.0 document"),
    # index
    "lead": _both(
        "O que acontece no marketplace, como eventos que outros times podem assinar: cada um com contrato, dono, "
        "exemplo e histórico.",
        "What happens on the marketplace, as events other teams can subscribe to: each with a contract, an owner, "
        "an example and a history.",
    ),
    "count_public": _both("tópicos públicos", "public topics"),
    "count_internal": _both("internos", "internal"),
    "count_teams": _both("times assinantes", "subscribed teams"),
    "filter": _both("Mostrar", "Show"),
    "filter_public": _both("Públicos", "Public"),
    "filter_internal": _both("Internos", "Internal"),
    "filter_all": _both("Todos", "All"),
    "subscribers_none": _both("sem assinantes", "no subscribers"),
    "subscribers_one": _both("1 assinante", "1 subscriber"),
    "subscribers": _both("{count} assinantes", "{count} subscribers"),
    # badges
    "public": _both("público", "public"),
    "internal": _both("interno", "internal"),
    "deprecated": _both("em desativação", "deprecated"),
    "personal": _both("dado pessoal", "personal data"),
    "has_personal": _both("contém dados pessoais", "holds personal data"),
    "no_personal": _both("sem dados pessoais", "no personal data"),
    # a topic
    "home": _both("Catálogo", "Catalogue"),
    "deprecated_until": _both(
        "Este tópico será desativado em {day}. Até lá ele funciona como sempre.",
        "This topic goes away on {day}. Until then it works as ever.",
    ),
    "successor": _both("Passe a ler", "Read this instead:"),
    "internal_note": _both(
        "Tópico interno: só as nossas estações o leem, e ele pode mudar sem aviso. Assine um evento público.",
        "Internal topic: only our own stations read it, and it may change without notice. Subscribe to a public event.",
    ),
    "facts": _both("Ficha", "At a glance"),
    "owner": _both("Dono", "Owner"),
    "key": _both("Chave", "Key"),
    "key_text": _both(
        "texto UTF-8: o id do assunto; registros da mesma chave ficam em ordem",
        "UTF-8 text: the subject's id; records of one key are in order",
    ),
    "key_avro": _both("Avro: a chave primária da tabela ({columns})", "Avro: the table's primary key ({columns})"),
    "partitions": _both("Partições", "Partitions"),
    "retention": _both("Retenção", "Retention"),
    "kept_for_ever": _both("para sempre", "for ever"),
    "kept_days": _both("{count} dias", "{count} days"),
    "kept_days_one": _both("{count} dia", "{count} day"),
    "kept_hours": _both("{count} horas", "{count} hours"),
    "kept_hours_one": _both("{count} hora", "{count} hour"),
    "cleanup_compact": _both("compactado: fica o mais novo de cada chave", "compacted: the newest of each key stays"),
    "cleanup_delete": _both("depois são apagados", "then deleted"),
    "compatibility": _both("Compatibilidade", "Compatibility"),
    "compatibility_full": _both(
        "versões novas e antigas se leem, em qualquer ordem; o que quebraria vira um novo tópico",
        "new and old versions read each other, in any order; what would break becomes a new topic",
    ),
    "compatibility_backward": _both(
        "quem lê a versão nova lê também a anterior", "a reader of the new version reads the one before"
    ),
    "subject": _both("Assunto no registro de schemas", "Schema registry subject"),
    "contents": _both("Nesta página", "On this page"),
    # live
    "live": _both("Agora", "Now"),
    "live_age": _both("último registro", "newest record"),
    "live_rate": _both("registros por minuto", "records a minute"),
    "live_total": _both("no tópico", "in the topic"),
    "live_wait": _both("Perguntando ao broker…", "Asking the broker…"),
    "live_away": _both(
        "O broker não responde agora. O contrato abaixo continua valendo.",
        "The broker does not answer now. The contract below holds.",
    ),
    "live_absent": _both("O broker ainda não tem este tópico.", "The broker does not have this topic yet."),
    "live_static": _both(
        "Cópia estática: os números ao vivo estão onde a plataforma roda.",
        "A static copy: live figures are where the platform runs.",
    ),
    "live_script": _both("Os números ao vivo precisam de JavaScript.", "Live figures need JavaScript."),
    "live_never": _both("nenhum ainda", "none yet"),
    "live_now": _both("agora", "now"),
    "live_minutes": _both("últimos 30 minutos", "last 30 minutes"),
    "live_chart": _both("Registros em cada um dos últimos 30 minutos:", "Records in each of the last 30 minutes:"),
    # sections
    "schema": _both("Campos", "Fields"),
    "schema_event": _both("Deste evento", "Of this event"),
    "schema_common": _both("De todo evento (CloudEvents 1.0)", "Of every event (CloudEvents 1.0)"),
    "schema_envelope": _both(
        "Os campos são os da linha da tabela. No fio, o valor é o envelope do Debezium: before e after (a linha antes "
        "e depois), op (c, u, d ou r), source (posição no log), ts_ms.",
        "The fields are those of the table's row. On the wire the value is Debezium's envelope: before and after (the "
        "row before and after), op (c, u, d or r), source (the position in the log), ts_ms.",
    ),
    "field": _both("Campo", "Field"),
    "type": _both("Tipo", "Type"),
    "meaning": _both("Significado", "Meaning"),
    "or_null": _both("ou nulo", "or null"),
    "default": _both("padrão", "default"),
    "rules": _both("Regras", "Rules"),
    "rules_lead": _both(
        "Verificadas em cada registro antes de ele sair do produtor; o que não as cumpre não chega aqui.",
        "Checked on every record before it leaves its producer; what does not fulfil them does not come here.",
    ),
    "lineage": _both("De onde vem, para onde vai", "Where it comes from, where it goes"),
    "lineage_label": _both("Linhagem de {name}", "Lineage of {name}"),
    "node_table": _both("tabela", "table"),
    "node_captured": _both("tópico capturado", "captured topic"),
    "node_topic": _both("tópico", "topic"),
    "node_here": _both("este tópico", "this topic"),
    "node_station": _both("estação", "station"),
    "node_team": _both("time", "team"),
    "people": _both("Produtores e leitores", "Producers and readers"),
    "producers": _both("Produzido por", "Produced by"),
    "consumers": _both("Lido pelas estações", "Read by stations"),
    "teams": _both("Lido pelos times", "Read by teams"),
    "nobody": _both("Ninguém ainda.", "Nobody yet."),
    "all_fields": _both("todos os campos", "all fields"),
    "reads": _both("Lê", "Reads"),
    "example": _both("Exemplo", "Example"),
    "example_lead": _both(
        "Em JSON, para ler. No fio é Avro no formato do Confluent: um byte zero, o id do schema em quatro bytes, o "
        "binário Avro.",
        "As JSON, to read. On the wire it is Avro in the Confluent format: a zero byte, the schema's id in four bytes, "
        "the Avro binary.",
    ),
    "example_none": _both("Este tópico ainda não tem exemplo.", "This topic has no example yet."),
    "subscribe": _both("Como assinar", "How to subscribe"),
    "subscribe_lead": _both(
        "Este comando dá ao time permissão de leitura e uma senha. Declare também a assinatura em schemas/teams.py: "
        "uma mudança que quebraria o que o time lê é então recusada.",
        "This command gives the team permission to read and a password. Declare the subscription in schemas/teams.py "
        "too: a change that would break what the team reads is then refused.",
    ),
    "subscribe_then": _both(
        "Depois, leia. Endereços e senha vêm do ambiente: BALCAO_EVENTS_BOOTSTRAP, _REGISTRY, _USERNAME e _PASSWORD.",
        "Then read. Addresses and the password come from the environment: BALCAO_EVENTS_BOOTSTRAP, _REGISTRY, "
        "_USERNAME and _PASSWORD.",
    ),
    "subscribe_tool": _both("Linguagem ou ferramenta", "Language or tool"),
    "team_placeholder": _both("seu-time", "your-team"),
    "copy": _both("Copiar", "Copy"),
    "copied": _both("Copiado", "Copied"),
    "history": _both("Histórico", "History"),
    "history_none": _both("Sem mudanças registradas.", "No changes recorded."),
    # not found
    "missing": _both("Página não encontrada", "Page not found"),
    "missing_lead": _both(
        "Não há tópico com este nome. Busque acima por nome, campo ou descrição, ou veja a lista completa.",
        "There is no topic of this name. Search above by name, field or description, or see the whole list.",
    ),
    "missing_back": _both("Ver todos os tópicos", "See all topics"),
    # domains
    "domain_orders": _both("Pedidos", "Orders"),
    "domain_catalog": _both("Catálogo de produtos", "Product catalogue"),
    "domain_pharmacies": _both("Farmácias", "Pharmacies"),
    "domain_shipments": _both("Entregas", "Shipments"),
    "domain_conversations": _both("Conversas", "Conversations"),
    "domain_complaints": _both("Reclamações", "Complaints"),
    "domain_cdc_marketplace": _both("Tabelas capturadas: marketplace", "Captured tables: marketplace"),
    "domain_cdc_platform": _both("Tabelas capturadas: plataforma", "Captured tables: platform"),
    # types
    "type_text": _both("texto", "text"),
    "type_long": _both("inteiro (64 bits)", "integer (64 bits)"),
    "type_integer": _both("inteiro (32 bits)", "integer (32 bits)"),
    "type_small": _both("inteiro (16 bits)", "integer (16 bits)"),
    "type_double": _both("número com fração", "floating-point number"),
    "type_boolean": _both("sim ou não", "yes or no"),
    "type_bytes": _both("bytes", "bytes"),
    "type_datetime": _both("instante (UTC, microssegundos)", "instant (UTC, microseconds)"),
    "type_date": _both("data", "date"),
    "type_days": _both("data (dias desde 1970)", "date (days since 1970)"),
    "type_zoned": _both("instante (texto ISO 8601, UTC)", "instant (ISO 8601 text, UTC)"),
    "type_uuid": _both("UUID (texto)", "UUID (text)"),
    "type_decimal": _both(
        "decimal exato ({precision} dígitos, {scale} após a vírgula)",
        "exact decimal ({precision} digits, {scale} after the point)",
    ),
    "type_enum": _both("enumeração", "enumeration"),
    "type_list": _both("lista de {items}", "list of {items}"),
    "type_map": _both("mapa de texto para {items}", "map of text to {items}"),
    "type_record": _both("registro {name}", "record {name}"),
}
