"""Files for translators, out and back: PO, XLIFF 2.0 and XLSX.

A file has the content alone. The words of the site's frame come with the program, so an import
could not take them: they are left out, and refused if somebody adds them.
"""
