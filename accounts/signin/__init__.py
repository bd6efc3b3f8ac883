"""Every way to sign in: routes, forms and protocols."""
