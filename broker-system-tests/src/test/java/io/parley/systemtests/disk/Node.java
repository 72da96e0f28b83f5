package io.parley.systemtests.disk;

/** What a name in a directory stands for, whatever its name. */
sealed interface Node permits DiskFile, DiskDirectory {}
