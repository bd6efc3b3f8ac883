/** Clientside callbacks of the account page: registering a passkey and linking an OpenID provider. */
(function () {
  const PASSKEYS = "./passkeys.js";
  const PROVIDER = "./oidc.js";
  const getNoUpdate = () => /** @type {any} */ (window.dash_clientside).no_update;
  /** @param {unknown} error */
  const getErrorMessage = (error) => /** @type {Error} */ (error).message;

  /** Registers a passkey; returns an error message, or tells the page that something has changed.
   * @param {number | undefined} clicks @param {string} name */
  async function addPasskey(clicks, name) {
    if (!clicks) return [getNoUpdate(), getNoUpdate()];
    const { isAvailable, registerPasskey } = await import(PASSKEYS);
    if (!isAvailable()) return ["Passkeys need HTTPS (or localhost) and a browser that supports them.", getNoUpdate()];
    try {
      await registerPasskey(name);
      return ["", Date.now()];
    } catch (error) {
      return [getErrorMessage(error), getNoUpdate()];
    }
  }

  /** @param {number | undefined} clicks */
  async function linkProvider(clicks) {
    if (!clicks) return getNoUpdate();
    try {
      await (await import(PROVIDER)).linkProvider();
      return "";
    } catch (error) {
      return getErrorMessage(error);
    }
  }

  window.dash_clientside = Object.assign(window.dash_clientside ?? {}, { account: { addPasskey, linkProvider } });
})();
