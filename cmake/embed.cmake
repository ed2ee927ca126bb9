# Turns a text file into a C++ function that gives it. Run as a script:
#   cmake -DTEXT=<file> -DOUT=<file.cpp> -DHEADER=<header> -DSPACE=<namespace> -DNAME=<function> -P embed.cmake
file(READ ${TEXT} text)
file(WRITE ${OUT} "// Made from ${NAME}'s source by the build.\n#include \"${HEADER}\"\n\n"
  "std::string_view ${SPACE}::${NAME}() {\n  return R\"~embed~(${text})~embed~\";\n}\n")
