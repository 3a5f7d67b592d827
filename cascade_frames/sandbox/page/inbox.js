const NAMES = {
  telegram: "Telegram", viber: "Viber", viber_business: "Viber Business", rcs: "RCS", sms: "SMS",
  call: "Call",
};
const TYPES = {
  transaction: "transaction", promo: "promo", viber_survey: "survey", flashcall: "flash call",
};
const FILTERS = ["q", "channel", "state", "type"];
const EVERY = 1000;

const at = (id) => document.getElementById(id);
/* A plus stands for itself in the address, as phones begin with one. */
const readAddress = () => new URLSearchParams(location.hash.slice(1).replaceAll("+", "%2B"));
const writeAddress = (pairs) => String(new URLSearchParams(pairs)).replaceAll("+", "%20");
const view = Object.fromEntries(readAddress());
const newerPages = [];
let asked = 0;
let timer;
let latest;

function make(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

function clockTime(microseconds, withDate) {
  const moment = new Date(microseconds / 1000);
  const time = moment.toLocaleTimeString("en-GB");
  return withDate ? `${moment.toLocaleDateString("en-GB")} ${time}` : time;
}

function when(microseconds, now) {
  const [day, today] = [microseconds, now].map((each) => new Date(each / 1000).toDateString());
  return clockTime(microseconds, day !== today);
}

function stateClass(message) {
  return message.channel ?? message.state;
}

function stateText(message, now) {
  if (message.state === "scheduled") return `scheduled for ${when(message.due, now)}`;
  if (message.trying) return `trying ${NAMES[message.trying]}`;
  if (message.channel) return `delivered by ${NAMES[message.channel]}`;
  return message.state === "permanenterror" ? "no channel allowed" : "undeliverable";
}

function preview(message) {
  return message.text || (message.messageType === "flashcall" ? "Flash call" : "");
}

function badge(channel) {
  return make("li", `badge ${channel}`, NAMES[channel]);
}

function money(amount) {
  return `${amount.toFixed(2)} ${latest.currency}`;
}

/* Keep the elements whose content did not change, so that focus, scroll and selection stay. */
function update(parent, items, key, build) {
  const known = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  const wanted = items.map((item) => {
    const name = String(key(item));
    const content = JSON.stringify(item);
    const old = known.get(name);
    if (old && old.dataset.content === content) return old;
    const element = build(item);
    element.dataset.key = name;
    element.dataset.content = content;
    return element;
  });
  const same = wanted.length === parent.children.length
    && wanted.every((element, position) => parent.children[position] === element);
  if (!same) parent.replaceChildren(...wanted);
}

function showTotals({ totals }) {
  const { states, channels, costs } = totals;
  const rows = [
    { name: "Messages", value: totals.messages },
    { name: "On their way", value: states.processing, className: "processing" },
    { name: "Scheduled", value: states.scheduled, className: "scheduled" },
    ...Object.keys(NAMES).map((channel) => ({
      name: NAMES[channel], value: channels[channel], className: channel,
      more: costs[channel] ? money(costs[channel]) : "",
    })),
    { name: "Undelivered", value: states.undeliverable + states.permanenterror, className: "undeliverable" },
    { name: "Cost", value: money(totals.cost) },
  ];
  update(at("totals"), rows, (row) => row.name, (row) => {
    const name = make("dt", "state " + (row.className ?? ""), row.name);
    const shown = typeof row.value === "number" ? row.value.toLocaleString("en-GB") : row.value;
    const value = make("dd", "", shown, ...(row.more ? [" ", make("small", "", row.more)] : []));
    return make("div", row.value === 0 ? "dim" : "", name, value);
  });
}

function showPeople({ conversations, now, behind }) {
  const rows = conversations.map((message) => ({
    phone: message.toPhone, reach: message.reach, text: preview(message),
    when: when(message.accepted_at, now), state: stateText(message, now),
    className: stateClass(message),
  }));
  update(at("list"), rows, (row) => row.phone, (row) => {
    const first = make("div", "row",
      make("span", "number grow", row.phone), make("span", "when", row.when));
    const second = make("div", "row",
      make("span", "preview grow", row.text), make("span", `state ${row.className}`, row.state));
    const badges = make("ul", "badges", ...row.reach.map(badge));
    const item = make("li", "", first, second, badges);
    item.id = `phone-${row.phone.slice(1)}`;
    item.setAttribute("role", "option");
    item.addEventListener("click", () => open(row.phone));
    return item;
  });
  markPicked();
  const filtered = FILTERS.some((name) => view[name]);
  at("empty").hidden = rows.length > 0;
  at("empty").textContent = behind ? "Reading…"
    : filtered ? "Nothing fits these filters." : "No message yet. Send one to see it here.";
  document.querySelector(".paging").hidden = conversations.length < 60 && !newerPages.length;
  at("newer").disabled = !newerPages.length;
  at("older").disabled = conversations.length < 60;
}

function markPicked() {
  const list = at("list");
  list.removeAttribute("aria-activedescendant");
  for (const item of list.children) {
    const picked = item.dataset.key === view.phone;
    item.setAttribute("aria-selected", picked);
    if (picked) list.setAttribute("aria-activedescendant", item.id);
  }
}

function withLinks(text) {
  return text.split(/(https?:\/\/[^\s]+)/).map((piece, position) => {
    if (position % 2 === 0) return piece;
    const link = make("a", "", piece);
    Object.assign(link, { href: piece, target: "_blank", rel: "noopener noreferrer" });
    return link;
  });
}

function bubble(row) {
  const text = make("div", `bubble ${row.className}`);
  if (row.type === "flashcall") text.append("☎ Flash call ");
  text.append(...withLinks(row.text));
  const plain = row.channel === "sms" ? "sms" : "";
  if (row.options && !plain) {
    text.append(make("ul", "options", ...row.options.map((option) => make("li", "", option))));
  }
  return text;
}

function showConversation({ messages, reach, now }) {
  document.body.classList.toggle("reading", Boolean(view.phone));
  at("head").hidden = !view.phone;
  at("hint").hidden = Boolean(view.phone);
  at("phone").textContent = view.phone ?? "";
  update(at("reach"), reach, (channel) => channel, badge);
  const rows = messages.map((message) => ({
    number: message.number, sender: message.fromName, id: message.id, text: message.text ?? "",
    type: message.messageType, options: message.surveyOptions, className: stateClass(message),
    channel: message.channel, state: stateText(message, now), steps: message.steps,
    when: when(message.accepted_at, now), cost: message.cost,
  }));
  const list = at("messages");
  const low = list.scrollHeight - list.scrollTop - list.clientHeight < 60;
  const before = list.children.length;
  update(list, rows, (row) => row.number, (row) => {
    const about = make("div", "about", make("b", "", row.sender), TYPES[row.type],
      make("span", "", row.when), make("span", "", row.id));
    const steps = make("div", "steps");
    for (const step of row.steps) {
      const tried = step.state === "undeliverable" ? "undeliverable" : step.channel;
      const running = step.state === "processing" ? " processing" : "";
      steps.append(make("span", `badge ${tried}${running}`, NAMES[step.channel]), "›");
    }
    steps.append(make("span", `state ${row.className}`, row.state));
    if (row.cost) steps.append(make("span", "", `· ${money(row.cost)}`));
    return make("li", "message", about, bubble(row), steps);
  });
  if (low && list.children.length !== before) list.scrollTop = list.scrollHeight;
}

function show(answer) {
  latest = answer;
  at("now").textContent = clockTime(answer.now, true);
  at("speed").textContent = answer.speed === 1 ? "" : `×${answer.speed}`;
  showTotals(answer);
  showPeople(answer);
  showConversation(answer);
}

async function refresh() {
  clearTimeout(timer);
  const turn = ++asked;
  let pause = EVERY;
  try {
    const query = new URLSearchParams(Object.entries(view).filter(([, value]) => value));
    const answer = await fetch(`sandbox/inbox?${query}`);
    if (!answer.ok) throw new Error(answer.statusText);
    const body = await answer.json();
    if (turn !== asked) return;
    show(body);
    at("trouble").hidden = true;
    if (body.behind) pause = 50;
  } catch {
    if (turn !== asked) return;
    at("trouble").textContent = "The sandbox does not answer. Trying again…";
    at("trouble").hidden = false;
  }
  if (!document.hidden) timer = setTimeout(refresh, pause);
}

function change(changes) {
  Object.assign(view, changes);
  const kept = Object.entries(view).filter(([, value]) => value);
  history.replaceState(null, "", kept.length ? `#${writeAddress(kept)}` : location.pathname);
  return refresh();
}

async function open(phone) {
  markPicked();
  await change({ phone });
  at("messages").scrollTop = at("messages").scrollHeight;
}

function move(step) {
  const items = [...at("list").children];
  if (!items.length) return;
  const picked = items.findIndex((item) => item.dataset.key === view.phone);
  const next = items[Math.min(Math.max(picked + step, 0), items.length - 1)];
  next.scrollIntoView({ block: "nearest" });
  open(next.dataset.key);
}

for (const name of FILTERS) {
  const field = at("filters").elements[name];
  field.value = view[name] ?? "";
  field.classList.toggle("on", Boolean(field.value));
  field.addEventListener("input", () => {
    field.classList.toggle("on", Boolean(field.value));
    newerPages.length = 0;
    change({ [name]: field.value, before: "" });
  });
}
at("filters").addEventListener("submit", (event) => event.preventDefault());
at("back").addEventListener("click", () => change({ phone: "" }));
at("older").addEventListener("click", () => {
  newerPages.push(view.before ?? "");
  change({ before: String(latest.conversations.at(-1).number) });
});
at("newer").addEventListener("click", () => change({ before: newerPages.pop() }));
for (const button of document.querySelectorAll("[data-step]")) {
  button.addEventListener("click", async () => {
    const body = JSON.stringify({ seconds: Number(button.dataset.step) });
    const headers = { "Content-Type": "application/json" };
    await fetch("sandbox/clock", { method: "POST", headers, body });
    refresh();
  });
}
document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("input, select");
  if (event.key === "/" && !typing) {
    event.preventDefault();
    at("filters").elements.q.focus();
  } else if (event.key === "Escape") {
    if (typing) event.target.blur();
    else change({ phone: "" });
  } else if (["ArrowDown", "ArrowUp"].includes(event.key) && !event.target.closest("select, #conversation")) {
    event.preventDefault();
    move(event.key === "ArrowDown" ? 1 : -1);
  }
});
document.addEventListener("visibilitychange", () => document.hidden || refresh());
refresh();
