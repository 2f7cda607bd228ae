"""`python -m hubtiers`: the command line."""

from hubtiers.cli import main

if __name__ == "__main__":
    main()
