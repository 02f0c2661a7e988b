"""What is known about videos: schema, geometry, masks, frames, predicates and the store."""
