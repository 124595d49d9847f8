"""The leak scan: no file of the site may give away what only the private store holds, however it is written there."""
