"""What operators do with messages: looking at one on its way, editing, sending again; a route in words."""
