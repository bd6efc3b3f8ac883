/**
 * Goes to the OpenID provider to sign in there and link that identity to this account; the browser comes back to the
 * account page. Errors have messages to show to people.
 */
export async function linkProvider() {
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch("/signin/oidc/link", { method: "POST", headers, body: "{}" });
  const content = await answer.json();
  if (!answer.ok) throw new Error(content.error.message);
  location.assign(content.address);
}
