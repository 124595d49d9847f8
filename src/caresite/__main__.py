"""Run the command line with `python -m caresite`."""

from caresite.cli import main

if __name__ == "__main__":
    main()
