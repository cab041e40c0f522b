"""The ledger of claims."""

if __name__ == "__main__":
    from app.ledger import show

    show()
