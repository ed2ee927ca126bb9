// Gives a layer that has headers only something to archive.
