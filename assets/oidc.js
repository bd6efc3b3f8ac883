/**
 * Go to the OpenID provider, to sign in there and link that to one's account here; the browser comes back to the
 * account page. What goes wrong is an Error whose message is a sentence for people.
 */
export async function link() {
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch("/signin/oidc/link", { method: "POST", headers, body: "{}" });
  const content = await answer.json();
  if (!answer.ok) throw new Error(content.error.message);
  location.assign(content.address);
}
