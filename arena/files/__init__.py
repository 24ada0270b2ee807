"""What people write: experiments, golden sets, rubrics; located errors; JSON Schema."""
