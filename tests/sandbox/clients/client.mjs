// Send one message, a hundred, one by Telegram and Viber first, and read a status.
// Takes CASCADE_BASE_URL and CASCADE_API_KEY from the environment; prints the status.
const base = process.env.CASCADE_BASE_URL;
const headers = {
  "X-Authorization-Key": process.env.CASCADE_API_KEY,
  "Content-Type": "application/json",
};

const message = (id) => ({
  id, fromName: "Brand", toPhone: "+380501112233", messageType: "promo", text: "Привіт!",
});

async function send(route, ids) {
  const answer = await fetch(`${base}/api/CascadeMessage/send_message/${route}`, {
    method: "POST", headers, body: JSON.stringify(ids.map(message)),
  });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  return answer.json();
}

const [receipt] = await send("async", ["one"]);
await send("async", Array.from({ length: 100 }, (_, number) => `bulk-${number + 1}`));
await send("tg-viber/async", ["priority"]);
const status = await fetch(`${base}/bat/message/${receipt.messageId}`, { headers });
if (!status.ok) throw new Error(String(status.status));
console.log(JSON.stringify(await status.json()));
