"""The `meguri` command: everything operational. `main` names the commands; each stands in a module."""
