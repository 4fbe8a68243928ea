"""The HTTP side: sources (`api`) and operations (`admin`), served by `server`."""
