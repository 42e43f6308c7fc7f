"""From elements to a running page: layout, tree, compiler, behaviours."""
