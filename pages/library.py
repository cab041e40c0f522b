"""Texts and weights."""

if __name__ == "__main__":
    from app.library import show

    show()
