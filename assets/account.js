/** What the account page asks of the browser itself: passkeys, and to go to another service. For Dash's client side. */
(function () {
  const PASSKEYS = "./passkeys.js";
  const PROVIDER = "./oidc.js";
  const unchanged = () => /** @type {any} */ (window.dash_clientside).no_update;
  /** @param {unknown} error */
  const words = (error) => /** @type {Error} */ (error).message;

  /** Make a passkey; says what went wrong, or tells the page that something has changed.
   * @param {number | undefined} clicks @param {string} name */
  async function addPasskey(clicks, name) {
    if (!clicks) return [unchanged(), unchanged()];
    const { available, register } = await import(PASSKEYS);
    if (!available()) return ["Passkeys need HTTPS, or localhost, and a browser that knows them.", unchanged()];
    try {
      await register(name);
      return ["", Date.now()];
    } catch (error) {
      return [words(error), unchanged()];
    }
  }

  /** @param {number | undefined} clicks */
  async function link(clicks) {
    if (!clicks) return unchanged();
    try {
      await (await import(PROVIDER)).link();
      return "";
    } catch (error) {
      return words(error);
    }
  }

  window.dash_clientside = Object.assign(window.dash_clientside ?? {}, { account: { addPasskey, link } });
})();
