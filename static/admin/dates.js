"use strict";
// Makes the calendar beside a date box write “3 December 2026”, and open at the date in the box.
{
  const months = () => window.CalendarNamespace.monthsOfYear;
  const strftime = Date.prototype.strftime;

  Date.prototype.strftime = function (format) {
    if (format !== get_format("DATE_INPUT_FORMATS")[0]) {
      return strftime.call(this, format);
    }
    return `${this.getDate()} ${months()[this.getMonth()]} ${this.getFullYear()}`;
  };

  String.prototype.strptime = function () {
    const named = /^\s*(\d{1,2})\s+([a-z]{3,})\s+(\d{4})\s*$/i.exec(this);
    if (named) {
      const start = named[2].toLowerCase();
      const month = months().findIndex((name) => name.toLowerCase().startsWith(start));
      return new Date(month < 0 ? NaN : Date.UTC(named[3], month, named[1]));
    }
    const digits = /^\s*(\d{1,2})[\/.-](\d{1,2})[\/.-](\d{4})\s*$/.exec(this);
    return new Date(digits ? Date.UTC(digits[3], digits[2] - 1, digits[1]) : NaN);
  };
}
