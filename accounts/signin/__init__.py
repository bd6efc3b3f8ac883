"""All sign-in methods: their routes, forms and protocols."""
