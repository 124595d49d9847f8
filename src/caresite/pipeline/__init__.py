"""The stages, one module and one verb each: discover, parse, assemble, route, render, check, publish."""
