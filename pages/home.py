"""Home."""

if __name__ == "__main__":
    from app.home import show

    show()
