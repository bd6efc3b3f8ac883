"""How cubes go out: computed once by the engines, kept, and packed for the browser."""
