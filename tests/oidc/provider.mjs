// A real OpenID provider for tests: node provider.mjs REDIRECT_URI. Prints its issuer once it listens.
// Its own development pages sign in whoever is named, with any password.
import { createServer } from "node:http";
import Provider from "oidc-provider";

const [redirectUri] = process.argv.slice(2);
const server = createServer().listen(0, "localhost", () => {
  const issuer = `http://localhost:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: "dataxchange", client_secret: "a secret of the tests", redirect_uris: [redirectUri] }],
    claims: { openid: ["sub"], profile: ["preferred_username"] },
    cookies: { keys: ["a key of the tests"] },
    pkce: { required: () => true },
    findAccount: (_context, sub) => ({ accountId: sub, claims: () => ({ sub, preferred_username: sub }) }),
  });
  server.on("request", provider.callback());
  console.log(issuer);
});
