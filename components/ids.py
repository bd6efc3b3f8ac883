"""The ids that pages and callbacks share."""

EXPLORER = "explorer"
EXPLORATION = "exploration"
TOOLS = "dx-tools"
MAIN = "dx-main"
