"""A broker that speaks Ably's wire protocol to Ably's own SDKs, on this node alone.

It knows keys and tokens, channels and members; nothing of accounts, datasets or Dash.
"""
