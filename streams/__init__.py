"""Topic -> topic: Faust processors, one noun a file. What decides is pure and stands apart from what moves bytes."""
