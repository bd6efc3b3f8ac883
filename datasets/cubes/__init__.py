"""The delivery of cubes: computed once by the engines, cached, and packed for the browser."""
