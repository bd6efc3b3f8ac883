"""A broker that speaks Ably's wire protocol to Ably's own SDKs, on this node only.

It knows keys, tokens, channels and members, but nothing of accounts, datasets or Dash.
"""
