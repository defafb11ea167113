<#
One gatebook sync, for the Windows Task Scheduler. Its arguments are those of the sync.

    powershell -NoProfile -ExecutionPolicy Bypass -File scripts\sync.ps1 [SYNC ARGUMENT...]

Each run adds one line to the log, then, indented, what the run said. The exit code is the sync's.

    GATEBOOK_LOG        the log; .\gatebook-sync.log where it is not set
    GATEBOOK_LOG_BYTES  above this size the log becomes .1 and a new one begins; 1000000

Runs in Windows PowerShell 5.1 and in PowerShell 7.
#>

$ErrorActionPreference = 'Stop'
$root = Split-Path -Parent $PSScriptRoot
$log = if ($env:GATEBOOK_LOG) { $env:GATEBOOK_LOG } else { 'gatebook-sync.log' }
# .NET does not follow PowerShell's current folder, so it is given the whole path.
$log = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($log)
$logBytes = if ($env:GATEBOOK_LOG_BYTES) { [long]$env:GATEBOOK_LOG_BYTES } else { 1000000 }
$utf8 = New-Object System.Text.UTF8Encoding $false
$meanings = @{
    0   = 'done'
    1   = 'done, but some sheets could not be read or marked'
    2   = 'wrong usage, configuration or checklist: nothing was read or written'
    4   = 'the portfolio could not be written: what was there is intact'
    5   = 'another sync is running'
    127 = 'gatebook was not found'
}

# Windows hands a program one line of text; this is how its arguments are told apart again.
function ConvertTo-Argument([string]$text) {
    '"' + ($text -replace '(\\*)"', '$1$1\"' -replace '(\\+)$', '$1$1') + '"'
}

function Find-Gatebook {
    $ours = Join-Path $root '.venv\Scripts\gatebook.exe'
    if (Test-Path -LiteralPath $ours) { return $ours }
    $found = Get-Command gatebook.exe -CommandType Application -ErrorAction SilentlyContinue |
        Select-Object -First 1
    if ($found) { return $found.Source }
}

# Returns the exit code and what the program said. Both streams are read while it runs: a program
# whose pipe is full would wait for ever.
function Invoke-Sync([string]$gatebook, [string[]]$arguments) {
    $start = New-Object System.Diagnostics.ProcessStartInfo
    $start.FileName = $gatebook
    $start.Arguments = (@('sync') + $arguments | ForEach-Object { ConvertTo-Argument $_ }) -join ' '
    $start.WorkingDirectory = (Get-Location).ProviderPath
    $start.UseShellExecute = $false
    $start.CreateNoWindow = $true
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    $start.StandardOutputEncoding = $utf8
    $start.StandardErrorEncoding = $utf8
    $start.EnvironmentVariables['PYTHONUTF8'] = '1'
    $process = [System.Diagnostics.Process]::Start($start)
    $output = $process.StandardOutput.ReadToEndAsync()
    $errors = $process.StandardError.ReadToEndAsync()
    $process.WaitForExit()
    return $process.ExitCode, ($output.Result + $errors.Result)
}

$started = [DateTime]::UtcNow
$gatebook = Find-Gatebook
if ($gatebook) {
    $code, $said = Invoke-Sync $gatebook $args
} else {
    $code = 127
    $said = "There is no $root\.venv\Scripts\gatebook.exe, and no gatebook on the PATH.`n" +
        "docs\scheduling.md says how to install it on Windows."
}

$meaning = if ($meanings.ContainsKey($code)) { $meanings[$code] } else { 'unexpected: see below' }
# On one line, without the user and password of a database's address.
$shown = ((@('sync') + $args) -join ' ') -replace '[\r\n]', ' ' -replace '://[^/ ]*@', '://***@'
$seconds = [int]([DateTime]::UtcNow - $started).TotalSeconds
$line = '{0}Z exit={1} ({2}) seconds={3} {4}' -f $started.ToString('s'), $code, $meaning, $seconds, $shown
$indented = $said -split '\r?\n' | Where-Object { $_ -ne '' } | ForEach-Object { '    ' + $_ }
$entry = ((@($line) + @($indented)) -join "`r`n") + "`r`n"

try {
    if ((Test-Path -LiteralPath $log) -and (Get-Item -LiteralPath $log).Length -gt $logBytes) {
        Move-Item -LiteralPath $log -Destination "$log.1" -Force
    }
    [System.IO.File]::AppendAllText($log, $entry, $utf8)
} catch {
    [Console]::Error.WriteLine("sync.ps1: cannot write the log ${log}: $_ Set GATEBOOK_LOG to a file that can be written.")
    [Console]::Error.WriteLine($entry)
}
exit $code
