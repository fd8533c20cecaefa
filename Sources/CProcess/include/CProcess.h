// What a program settles before anything else: its three standard streams, and the signals that would end it in silence or
// with a backtrace of many screens. For the executable alone; a library leaves such things to its program.
#pragma once

// Opens /dev/null for those of the descriptors 0, 1 and 2 that the program was started without, so that no file of data gets
// their numbers. What is written to such an output is refused, as it would be to a closed one.
//
// Writing to a pipe without a reader (SIGPIPE) or beyond a limit of the file size (SIGXFSZ) becomes an error of the call;
// programs that are started from here find both signals as usual.
//
// A crash ends the process by its signal, after one line, without the runtime's backtrace, which takes seconds and may hang
// where memory is short. Whoever sets SWIFT_BACKTRACE gets what they ask for.
void cp_settle(void);
