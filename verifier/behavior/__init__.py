"""What a model does, measured where it can do nothing else: in a sandbox. Facts, findings and coverage flow out."""
