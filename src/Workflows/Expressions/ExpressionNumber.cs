using System.Globalization;

namespace Orchestrator.Workflows.Expressions;

/// <summary>How numbers are read and written: decimals of 28 digits without zeros at the end, the same in every culture.</summary>
internal static class ExpressionNumber
{
    // Dividing by this drops the zeros at the end, and the sign of zero.
    private const decimal One = 1.0000000000000000000000000000m;

    /// <summary>Reads digits with sign, point and exponent; false when it is something else, or beyond about ±7.9e28.</summary>
    public static bool TryRead(ReadOnlySpan<char> text, out decimal number)
    {
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (!decimal.TryParse(text, Style, CultureInfo.InvariantCulture, out number))
        {
            return false;
        }

        number = Plain(number);
        return true;
    }

    /// <summary>The same number in the one form that prints 8.0 as 8.</summary>
    public static decimal Plain(decimal number) => number == 0 ? 0 : number / One;

    public static string Write(decimal number) => Plain(number).ToString(CultureInfo.InvariantCulture);
}
