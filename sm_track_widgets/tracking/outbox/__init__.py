"""The kernel's side of delivery: opens journals, starts the sender, tells how far it is, delivers what was left."""
