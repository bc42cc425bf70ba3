"""What a LiveTable is made of.

cursor   which row the cursor is on, and the law that it keeps      window   the rows on screen, each made once
layout   where the columns stand                                    lines    screen lines as values
face     the state of a table and its screen lines                  heads    the text of title and column names
styles   how each meaning looks on one ground                       writer   screen lines as styled segments
joined   the cells of a row as one text                         line_strip  what of a line is sent
canvas   paints the lines that changed
"""
