// Placeholder until the first slice of this module.
