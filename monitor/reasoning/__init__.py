"""What follows from the model: pure functions whose verdicts carry their reasons."""
