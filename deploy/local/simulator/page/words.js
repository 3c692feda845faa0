// What the page says, in both languages.

const WORDS = {
  pt: {
    locale: "pt-BR",
    title: "Balcão: simulador de conversa",
    banner_lead: "Simulador",
    banner_rest: "— nenhuma mensagem sai deste computador",
    tagline: "Simulador de conversa",
    language_label: "Idioma da página",
    people_label: "Contatos das farmácias",
    who: "Quem é você nesta conversa?",
    search: "Buscar farmácia ou pessoa",
    other: "Ou converse com outro número",
    open: "Abrir",
    number_problem: "Escreva um número com país e DDD: de 7 a 15 algarismos.",
    no_contacts: "Ainda não há contatos. Use um número abaixo.",
    unlisted: "Fora da lista de contatos",
    hint: "Diga o que a farmácia precisa, ou toque numa sugestão.",
    no_match: "Nenhum contato com esse nome.",
    contacts_problem: "A lista de contatos não pôde ser lida; esta é a última que estava boa.",
    welcome: "Escolha um contato e converse como a farmácia",
    welcome_rest: "Tudo passa pela plataforma de verdade: webhook assinado, fila, atendimento e resposta.",
    back: "Voltar aos contatos",
    speaking_as: "Você: {who}",
    conversation_label: "Conversa",
    connected: "Conectado",
    reconnecting: "Reconectando…",
    typing: "Balcão está escrevendo",
    newest: "Ir para as mensagens mais novas",
    suggestions: "Sugestões de mensagem",
    write: "Escreva uma mensagem",
    send: "Enviar",
    keys: "Enter envia, Shift + Enter quebra a linha",
    today: "Hoje",
    yesterday: "Ontem",
    you: "Você",
    not_sent: "Não foi possível enviar.",
    retry: "Tentar de novo",
    kind: "Mensagem do tipo {kind}",
    status_sending: "enviando",
    status_sent: "enviada",
    status_delivered: "entregue",
    status_read: "lida",
    status_failed: "não entregue",
    failed: "Esta mensagem não foi entregue.",
    chips: ["Cadê meu pedido?", "Tem dipirona 500?", "Quanto custa losartana 50 mg?", "Quero falar com uma pessoa"],
  },
  en: {
    locale: "en",
    title: "Balcão: conversation simulator",
    banner_lead: "Simulator",
    banner_rest: "— no message leaves this computer",
    tagline: "Conversation simulator",
    language_label: "Language of the page",
    people_label: "Pharmacy contacts",
    who: "Who are you in this conversation?",
    search: "Find a pharmacy or a person",
    other: "Or chat as another number",
    open: "Open",
    number_problem: "Write a number with its country and area code: 7 to 15 digits.",
    no_contacts: "There are no contacts yet. Use a number below.",
    unlisted: "Not in the contact list",
    hint: "Say what the pharmacy needs, or pick a suggestion.",
    no_match: "No contact has that name.",
    contacts_problem: "The contact list could not be read; this is the last good one.",
    welcome: "Pick a contact and chat as the pharmacy",
    welcome_rest: "Everything goes through the real platform: signed webhook, queue, agent and reply.",
    back: "Back to the contacts",
    speaking_as: "You: {who}",
    conversation_label: "Conversation",
    connected: "Connected",
    reconnecting: "Reconnecting…",
    typing: "Balcão is typing",
    newest: "Go to the newest messages",
    suggestions: "Suggested messages",
    write: "Write a message",
    send: "Send",
    keys: "Enter sends, Shift + Enter starts a new line",
    today: "Today",
    yesterday: "Yesterday",
    you: "You",
    not_sent: "It could not be sent.",
    retry: "Try again",
    kind: "A message of type {kind}",
    status_sending: "sending",
    status_sent: "sent",
    status_delivered: "delivered",
    status_read: "read",
    status_failed: "not delivered",
    failed: "This message was not delivered.",
    // The pharmacies write Portuguese, whatever the language of the page.
    chips: ["Cadê meu pedido?", "Tem dipirona 500?", "Quanto custa losartana 50 mg?", "Quero falar com uma pessoa"],
  },
};

const KEY = "balcao.language";

let language = remembered() === "en" ? "en" : "pt";
const listeners = [];

function remembered() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // storage is switched off: the choice lasts as long as the page
  }
}

export function say(name, values = {}) {
  const words = WORDS[language][name];
  return typeof words === "string" ? words.replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "") : words;
}

export function onLanguage(listener) {
  listeners.push(listener);
}

export function speak(chosen) {
  language = chosen;
  try {
    localStorage.setItem(KEY, chosen);
  } catch {
    // as above
  }
  translate();
}

export function translate() {
  document.documentElement.lang = say("locale");
  document.title = say("title");
  for (const node of document.querySelectorAll("[data-say]")) node.textContent = say(node.dataset.say);
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", say(node.dataset.label));
  for (const node of document.querySelectorAll("[data-placeholder]")) node.placeholder = say(node.dataset.placeholder);
  for (const node of document.querySelectorAll("[data-language]")) {
    node.setAttribute("aria-pressed", String(node.dataset.language === language));
  }
  for (const listener of listeners) listener();
}
