"""The demo bureau: everything that `flask demo load` invents. No stage; it stands on all of them.

Townships and their places are those of 叶县; every business, person, code and number is made up from a fixed seed.
"""
