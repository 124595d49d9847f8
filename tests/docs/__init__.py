"""The documentation says what is true: its examples are built, its commands are run, its links lead somewhere."""
