"""Prints the reference pages of the site from the declarations that the product itself uses, while the site is built."""
